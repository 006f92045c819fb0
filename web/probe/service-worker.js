/* Serves the agent's page from the cache, so that it opens without network. The build writes FILES and VERSION above. */
const CACHE_NAME = `probe-${VERSION}`

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE_NAME)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('probe-') && name !== CACHE_NAME)
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== location.origin) return
  const path = pathname === '/probe/' ? '/probe' : pathname
  if (!FILES.includes(path)) return
  event.respondWith(
    caches.match(path, { cacheName: CACHE_NAME }).then((cached) => cached ?? fetch(event.request)),
  )
})
