/** Links to what is shown, as files. */
interface DownloadsProps {
  /** Address of the files without their ending, and the query that goes with it. */
  path: string
  query?: string
  t(format: 'csv' | 'xlsx'): string
}

export function Downloads({ path, query, t }: DownloadsProps) {
  return (
    <p class="downloads">
      {(['csv', 'xlsx'] as const).map((format) => (
        <a key={format} href={`${path}.${format}${query === undefined ? '' : `?${query}`}`} download>
          {t(format)}
        </a>
      ))}
    </p>
  )
}
