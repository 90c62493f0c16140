import type { NodeContext } from '../../model/cluster/mechanism.ts'
import { namespaceOf } from '../processes/survey.ts'
import type { GroupFolders } from './control-group.ts'

/** Exit code of a shell that could not join; none of the programs that follow it uses it. */
export const NOT_JOINED_CODE = 97

const JOIN = `n=$1; shift
while [ "$n" -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit ${NOT_JOINED_CODE}; shift; n=$((n - 1)); done
exec "$@"`

/**
 * The words that run a program in these groups: a shell joins, then becomes the program, so that everything it takes is
 * charged to them and their limits hold. All of the container's controllers, so that it can open no more devices than the
 * container, and is in no group of the daemon's by which a runtime would kill it.
 */
export function joined(
  context: Pick<NodeContext, 'abilities'>,
  groups: GroupFolders,
  words: readonly string[],
): readonly string[] {
  const folders = Object.values(groups)
  return [...fromHostGroups(context), 'sh', '-c', JOIN, 'sh', String(folders.length), ...folders, ...words]
}

/** With `nsdelegate` nobody moves processes out of their own cgroup namespace; a pod has a private one on version 2. */
export function fromHostGroups({ abilities }: Pick<NodeContext, 'abilities'>): readonly string[] {
  const [own, hosts] = [namespaceOf('/proc', 'self', 'cgroup'), namespaceOf('/proc', 1, 'cgroup')]
  const elsewhere = abilities.cgroup === 'v2' && hosts !== undefined && hosts !== own
  return elsewhere ? ['nsenter', '-t', '1', '-C', '--'] : []
}
