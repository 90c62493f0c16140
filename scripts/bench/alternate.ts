/** Takes two measurements in turn, A B A B, so that whatever else the machine does falls on both alike. */
export async function alternate<Figure>(
  times: number,
  one: () => Promise<Figure>,
  other: () => Promise<Figure>,
): Promise<readonly { readonly one: Figure; readonly other: Figure }[]> {
  // The first of each fills caches.
  await one()
  await other()
  const pairs: { one: Figure; other: Figure }[] = []
  for (let turn = 0; turn < times; turn += 1) pairs.push({ one: await one(), other: await other() })
  return pairs
}
