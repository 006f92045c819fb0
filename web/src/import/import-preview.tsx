/** What would become of a file: counts, reasons of refusal, the first probes. */
import type { ImportPreview } from '../api/api.js'
import { UNITS } from './import-fields.js'
import type { Localizer } from '../language/language.js'

const MBIT = 1e6
/** The server sends twenty; these show whether columns and units were understood. */
const MAX_SAMPLE_ROWS = 5

export function PreviewTable({ words, preview }: { words: Localizer; preview: ImportPreview }) {
  const { t, number } = words
  const { format, unit, records, accepted, reasons, sample } = preview
  const speed = (bps: number | null) => (bps === null ? '–' : number(bps / MBIT, 2))
  return (
    <>
      <p>
        {t('importFormat', { format: format ?? '–' })}
        {unit && ` · ${UNITS.includes(unit) ? t('importUnit', { unit }) : t('importUnitHeaders')}`}
        {' · '}
        {t('importCounts', { records, accepted })}
      </p>
      {reasons.length > 0 && (
        <>
          <h3>{t('importRefused', { n: records - accepted })}</h3>
          <ul class="reasons">
            {reasons.map(({ reason, count }) => (
              <li key={reason}>
                {number(count)} × <bdi>{reason}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      {sample.length > 0 && (
        <div class="rows" role="region" aria-label={t('importRows')} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>{t('row_time')}</th>
                <th>{t('row_place')}</th>
                <th>{t('row_network')}</th>
                <th>{t('row_down')}</th>
                <th>{t('row_up')}</th>
                <th>{t('row_latency')}</th>
              </tr>
            </thead>
            <tbody>
              {sample.slice(0, MAX_SAMPLE_ROWS).map((row) => (
                <tr key={row.id}>
                  <td>{words.dateTime(row.measured_at)}</td>
                  <td dir="ltr">
                    {row.lat.toFixed(4)}, {row.lng.toFixed(4)}
                  </td>
                  <td>
                    <bdi>{[row.operator, row.technology].filter(Boolean).join(' · ') || '–'}</bdi>
                  </td>
                  <td>{speed(row.download_bps)}</td>
                  <td>{speed(row.upload_bps)}</td>
                  <td>{row.latency_ms === null ? '–' : number(row.latency_ms, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
