/** Links that download the shown data as files. */
interface DownloadsProps {
  /** Path of the files without their ending; `query` is appended to it. */
  path: string
  query?: string
  texts: Record<'csv' | 'xlsx', string>
}

export function Downloads({ path, query, texts }: DownloadsProps) {
  return (
    <p class="downloads">
      {(['csv', 'xlsx'] as const).map((format) => (
        <a key={format} href={`${path}.${format}${query === undefined ? '' : `?${query}`}`} download>
          {texts[format]}
        </a>
      ))}
    </p>
  )
}
