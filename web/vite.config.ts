import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type Plugin, defineConfig } from 'vite'

const root = import.meta.dirname

/** Writes the service worker of the field worker's page with the list of all files that the page needs offline. */
function offlineProbe(): Plugin {
  return {
    name: 'offline-probe',
    generateBundle(_options, bundle) {
      const files = new Set(['probe', ...readdirSync(join(root, 'public'))])
      const add = (name: string) => {
        const part = bundle[name]
        if (!part || files.has(name)) return
        files.add(name)
        if (part.type !== 'chunk') return
        part.imports.forEach(add)
        part.viteMetadata?.importedCss.forEach(add)
        part.viteMetadata?.importedAssets.forEach(add)
      }
      for (const [name, part] of Object.entries(bundle))
        if (part.type === 'chunk' && part.facadeModuleId?.includes('/probe/')) add(name)
      const list = JSON.stringify([...files])
      const worker = readFileSync(join(root, 'probe/service-worker.js'), 'utf8')
      const page = [...files].map((file) => bundle[file]).map((part) => part && 'code' in part && part.code)
      const version = createHash('sha256')
        .update(list + worker + page.join())
        .digest('hex')
        .slice(0, 12)
      const source = `const FILES = ${list}\nconst VERSION = '${version}'\n${worker}`
      this.emitFile({ type: 'asset', fileName: 'probe-worker.js', source })
    },
  }
}

/** Writes gzip and Brotli files beside every text file; the server sends them. */
function compressAssets(): Plugin {
  return {
    name: 'compressed-assets',
    writeBundle({ dir }) {
      const files = readdirSync(dir!, { recursive: true, encoding: 'utf8' })
      for (const name of files.filter((file) => /\.(js|css|html|svg)$/.test(file))) {
        const bytes = readFileSync(join(dir!, name))
        writeFileSync(join(dir!, `${name}.gz`), gzipSync(bytes, { level: 9 }))
        writeFileSync(join(dir!, `${name}.br`), brotliCompressSync(bytes))
      }
    },
  }
}

export default defineConfig({
  root,
  // No address begins with a slash, because the server may be behind a proxy that adds a path prefix.
  base: './',
  experimental: {
    // Each page's address, or its <base>, is in the root of the server, whatever folder its HTML is built into.
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? file : { relative: true }),
  },
  // `#domain` is taken from its sources: the page uses the server's own rules.
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [offlineProbe(), compressAssets()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: [join(root, 'index.html'), join(root, 'probe/index.html'), join(root, 'report/index.html')],
    },
  },
})
