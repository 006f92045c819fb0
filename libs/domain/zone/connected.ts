/** The groups into which pairs join the members: each sorted, in the order of their first members. */
export function connectedComponents(
  members: Iterable<string>,
  pairs: Iterable<readonly [string, string]>,
): string[][] {
  const above = new Map<string, string>()
  const rootOf = (member: string): string => {
    let root = member
    for (let next = above.get(root)!; next !== root; next = above.get(root)!) root = next
    // Paths are cut short, so that long chains are walked once.
    for (let at = member; at !== root;) {
      const next = above.get(at)!
      above.set(at, root)
      at = next
    }
    return root
  }
  for (const member of members) above.set(member, member)
  for (const [a, b] of pairs) above.set(rootOf(a), rootOf(b))
  const groups = new Map<string, string[]>()
  for (const member of [...above.keys()].sort()) {
    const group = groups.get(rootOf(member))
    if (group) group.push(member)
    else groups.set(rootOf(member), [member])
  }
  return [...groups.values()]
}
