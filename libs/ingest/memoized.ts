/** The function with its results remembered; they are forgotten together when there are `maxResults`. */
export function memoized<Result>(
  compute: (key: string) => Result,
  maxResults: number,
): (key: string) => Result {
  const results = new Map<string, Result>()
  return (key) => {
    if (results.has(key)) return results.get(key)!
    if (results.size >= maxResults) results.clear()
    const result = compute(key)
    results.set(key, result)
    return result
  }
}
