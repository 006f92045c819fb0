/**
 * The connected components of a graph of members and pairs (union-find with path compression; Tarjan 1975). Each component
 * is sorted, and the components are in the order of their first members. Both members of a pair must be among the members.
 */
export function connectedComponents(
  members: Iterable<string>,
  pairs: Iterable<readonly [string, string]>,
): string[][] {
  const parentOf = new Map<string, string>()
  const rootOf = (member: string): string => {
    let root = member
    for (let parent = parentOf.get(root)!; parent !== root; parent = parentOf.get(root)!) root = parent
    // Every member on the path is linked to the root, so that a long chain is walked only once.
    for (let current = member; current !== root;) {
      const parent = parentOf.get(current)!
      parentOf.set(current, root)
      current = parent
    }
    return root
  }
  for (const member of members) parentOf.set(member, member)
  for (const [a, b] of pairs) parentOf.set(rootOf(a), rootOf(b))
  const groups = new Map<string, string[]>()
  for (const member of [...parentOf.keys()].sort()) {
    const group = groups.get(rootOf(member))
    if (group) group.push(member)
    else groups.set(rootOf(member), [member])
  }
  return [...groups.values()]
}
