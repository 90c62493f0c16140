/** Names that the parts which Seaworthy runs in a cluster have in common with those that install and find them. */
export const DAEMON_NAME = 'seaworthy-daemon'
export const CONTROLLER_NAME = 'seaworthy-controller'
export const VERSION_LABEL = 'app.kubernetes.io/version'
export const COMPONENT_LABEL = 'app.kubernetes.io/component'
/** Both parts answer `/metrics`, `/healthz` and `/readyz` here, in their pods' own networks. */
export const METRICS_PORT = 9_464
/** Answers 200 there when a part takes faults on. */
export const READY_PATH = 'readyz'
/** Of the same port of a daemon: `Abilities` as JSON. */
export const ABILITIES_PATH = '/abilities'
/** In a daemon's pod: the host's control groups, and the folder that outlives the pod and the node's reboot. */
export const HOST_CGROUP_FOLDER = '/host/cgroup'
export const STATE_FOLDER = '/var/lib/seaworthy'
