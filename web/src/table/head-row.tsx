/** The row of column names; `t` translates them. */
interface HeadRowProps<Name extends string> {
  names: readonly Name[]
  t(name: Name): string
}

export function HeadRow<Name extends string>({ names, t }: HeadRowProps<Name>) {
  return (
    <tr>
      {names.map((name) => (
        <th key={name} scope="col">
          {t(name)}
        </th>
      ))}
    </tr>
  )
}
