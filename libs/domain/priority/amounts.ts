/** Named amounts that a person may change: weights, unit costs. Written `name:amount,name:amount` in addresses. */

export interface Limit {
  default: number
  max: number
}

export type Limits<Name extends string> = Readonly<Record<Name, Limit>>

/** What is wrong with what was given, in words for who gave it. */
export interface AmountRefusal {
  reason: string
}

export const isAmountRefusal = (read: object): read is AmountRefusal => 'reason' in read

/** What is not named has its default; each amount lies between 0 and its limit. */
export function amountsOfObject<Name extends string>(
  given: Readonly<Record<string, unknown>>,
  limits: Limits<Name>,
): Record<Name, number> | AmountRefusal {
  for (const [name, amount] of Object.entries(given)) {
    if (!Object.hasOwn(limits, name))
      return { reason: `"${name}" is not one of ${Object.keys(limits).join(', ')}` }
    const { max } = limits[name as Name]
    if (typeof amount !== 'number' || !(amount >= 0 && amount <= max))
      return { reason: `${name} must be a number from 0 to ${max}; it is ${JSON.stringify(amount)}` }
  }
  const names = Object.keys(limits) as Name[]
  return Object.fromEntries(
    names.map((name) => [name, (given[name] as number | undefined) ?? limits[name].default]),
  ) as Record<Name, number>
}

export function parseAmounts<Name extends string>(
  text: string,
  limits: Limits<Name>,
): Record<Name, number> | AmountRefusal {
  const parts = text === '' ? [] : text.split(',').map((part) => part.split(':'))
  for (const part of parts)
    if (part.length !== 2 || !/^\d{1,12}(\.\d{1,9})?$/.test(part[1]!))
      return { reason: `"${part.join(':')}" must be written name:amount, like people:5` }
  return amountsOfObject(Object.fromEntries(parts.map(([name, amount]) => [name!, Number(amount)])), limits)
}

/** Only what differs from its default, in the order of the limits. */
export function formatAmounts<Name extends string>(
  amounts: Readonly<Record<Name, number>>,
  limits: Limits<Name>,
): string {
  const changed = (Object.keys(limits) as Name[]).filter((name) => amounts[name] !== limits[name].default)
  return changed.map((name) => `${name}:${amounts[name]}`).join(',')
}
