/*
 * Serves the field worker's page from the cache, so that it opens without network. The build writes FILES and VERSION above. The
 * files are relative to ROOT, where a proxy may have added a path prefix.
 */
const ROOT = new URL('.', location.href)
const OWN_CACHES = `probe ${ROOT.pathname} `
const CACHE_NAME = OWN_CACHES + VERSION

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE_NAME)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  // Earlier versions named their caches `probe-…`.
  const isOwn = (name) => name.startsWith(OWN_CACHES) || name.startsWith('probe-')
  const old = (names) => names.filter((name) => isOwn(name) && name !== CACHE_NAME)
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== ROOT.origin || !pathname.startsWith(ROOT.pathname)) return
  const file = pathname.slice(ROOT.pathname.length).replace(/^probe\/$/, 'probe')
  if (!FILES.includes(file)) return
  event.respondWith(
    caches.match(file, { cacheName: CACHE_NAME }).then((cached) => cached ?? fetch(event.request)),
  )
})
