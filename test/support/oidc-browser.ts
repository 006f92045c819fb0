/** Walks through a provider's forms as a browser does: follows redirects, keeps cookies, submits each form with a login. */

/** The cookies of one browser, by name. Both servers of a test are on one host, as cookies do not know ports. */
export type CookieJar = Map<string, string>

const MAX_STEPS = 20

/** Goes to `url` and on until `isEnd` says that it has arrived; resolves to that address. */
export async function walk(
  url: string,
  { jar, login, isEnd }: { jar: CookieJar; login: string; isEnd: (url: string) => boolean },
): Promise<string> {
  let next: { url: string; body?: URLSearchParams } = { url }
  for (let step = 0; step < MAX_STEPS; step++) {
    if (isEnd(next.url)) return next.url
    const answer = await fetch(next.url, {
      method: next.body ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.body && { body: next.body }),
    })
    keepCookies(jar, answer)
    const location = answer.headers.get('location')
    if (location) next = { url: new URL(location, next.url).href }
    else next = formOf(await answer.text(), next.url, login)
  }
  throw new Error(`${url} led nowhere: ${next.url}`)
}

export function keepCookies(jar: CookieJar, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
    if (value === '') jar.delete(name!)
    else jar.set(name!, value!)
  }
}

/** The form of a page, filled in. */
function formOf(html: string, pageUrl: string, login: string): { url: string; body: URLSearchParams } {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1]
  if (!action) throw new Error(`no form at ${pageUrl}: ${html.slice(0, 500)}`)
  const body = new URLSearchParams()
  for (const [input] of html.matchAll(/<input[^>]*>/g))
    body.append(/ name="([^"]+)"/.exec(input)?.[1] ?? '', / value="([^"]*)"/.exec(input)?.[1] ?? '')
  if (body.has('login')) {
    body.set('login', login)
    body.set('password', 'any')
  }
  return { url: new URL(action.replaceAll('&amp;', '&'), pageUrl).href, body }
}
