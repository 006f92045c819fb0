/** Links to what is shown, as files. */
interface DownloadsProps {
  /** Address of the files without their ending, and the query that goes with it. */
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
