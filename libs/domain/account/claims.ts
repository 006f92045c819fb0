/** Turns what an OpenID Connect provider says of a person into a role of this service. */

/** Claims of an ID token or of the provider's user information. */
export type Claims = Readonly<Record<string, unknown>>

/** The texts at a path such as `realm_access.roles`: one, or a list; others are left out. */
export function claimTexts(claims: Claims, path: string): string[] {
  const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null
  // A claim may have dots in its own name, as those that are addresses have.
  const value = Object.hasOwn(claims, path)
    ? claims[path]
    : path
        .split('.')
        .reduce<unknown>(
          (part, name) => (isObject(part) && Object.hasOwn(part, name) ? part[name] : undefined),
          claims,
        )
  return [value].flat().filter((text): text is string => typeof text === 'string')
}

/** The highest of the roles that the claim's values stand for, in the order of `roles`; null if they stand for none. */
export function claimedRole<Role extends string>(
  values: readonly string[],
  roleOfValue: Readonly<Record<string, string>>,
  roles: readonly Role[],
): { role: Role; operator: string | null } | null {
  const claimed = values
    .filter((value) => Object.hasOwn(roleOfValue, value))
    .map((value) => {
      const [role, operator = null] = roleOfValue[value]!.split(':')
      return { role: role as Role, operator }
    })
  return claimed.toSorted((a, b) => roles.indexOf(b.role) - roles.indexOf(a.role))[0] ?? null
}

/** The name of a new account: what the person signs in by at the provider, else the address, else the name. */
export function claimedName(claims: Claims): string | null {
  const names = ['preferred_username', 'email', 'name'].flatMap((path) => claimTexts(claims, path))
  return names.find((name) => name.length >= 2 && name.length <= 100) ?? null
}
