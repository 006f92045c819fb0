/** Preview of an import: counts, reasons of rejection, first probes. */
import type { ImportPreview } from '../api/schemas.js'
import type { Localizer } from '../language/language.js'
import { DataTable } from '../table/data-table.js'
import { HeadRow } from '../table/head-row.js'
import { UNITS } from './import-fields.js'

/** The server sends twenty rows; these are enough to check columns and units. */
const MAX_SAMPLE_ROWS = 5

const COLUMNS = ['row_time', 'row_place', 'row_network', 'row_down', 'row_up', 'row_latency'] as const

interface PreviewProps {
  words: Localizer
  preview: ImportPreview
}

export function PreviewTable({ words, preview }: PreviewProps) {
  const { t, number } = words
  const { format, unit, records, accepted, reasons, sample } = preview
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
      {sample.length > 0 && <SampleTable {...{ words, preview }} />}
    </>
  )
}

function SampleTable({ words, preview: { sample } }: PreviewProps) {
  const { t, number, mbit } = words
  return (
    <DataTable
      caption={t('importRows')}
      isCaptionHidden
      boxClass="rows"
      head={<HeadRow names={COLUMNS} t={t} />}
    >
      {sample.slice(0, MAX_SAMPLE_ROWS).map((row) => (
        <tr key={row.id}>
          <td>{words.dateTime(row.measured_at)}</td>
          <td dir="ltr">
            {row.lat.toFixed(4)}, {row.lng.toFixed(4)}
          </td>
          <td>
            <bdi>{[row.operator, row.technology].filter(Boolean).join(' · ') || '–'}</bdi>
          </td>
          <td>{mbit(row.download_bps, 2)}</td>
          <td>{mbit(row.upload_bps, 2)}</td>
          <td>{row.latency_ms === null ? '–' : number(row.latency_ms, 1)}</td>
        </tr>
      ))}
    </DataTable>
  )
}
