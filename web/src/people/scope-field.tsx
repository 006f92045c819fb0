/** The choice of the areas that an account or an API key is bound to: regions and provinces by name, communes by code. */
import { canBeBound } from '#domain/account'
import { GET, unwrapResponse } from '../api/client.js'
import type { Connection } from '../api/connection.js'
import type { Area, Schemas } from '../api/schemas.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { Field } from '../form/field.js'
import { type Localizer, bidiIsolated, listText, localizedName } from '../language/language.js'
import type { Role } from './people-api.js'
import { WORDS } from './words.js'

/** There are twelve regions and 75 provinces and prefectures. */
const MAX_AREAS = 100

const areasOfLevel = async (level: 'region' | 'province', signal: AbortSignal): Promise<Area[]> => {
  const params = { query: { level, limit: MAX_AREAS } } as const
  return (await unwrapResponse<Schemas['AreaRowPage']>(GET('/api/v1/areas', { params, signal }))).items
}

/** Regions and provinces, each province after its region; null while they are loading. */
export function useScopeAreas(connection: Connection): readonly Area[] | null {
  const query = useQuery(connection, 'areas of scopes', async (signal) =>
    (await Promise.all([areasOfLevel('region', signal), areasOfLevel('province', signal)])).flat(),
  )
  return queryValueOf(query)?.toSorted((a, b) => (a.code < b.code ? -1 : 1)) ?? null
}

/** “Al Hoceima (01.051), 02”; empty where the account is not bound. */
export const scopeText = (
  words: Localizer,
  codes: readonly string[] | null,
  areas: readonly Area[] | null,
): string =>
  listText(
    words,
    (codes ?? []).map((code) => {
      const area = areas?.find((one) => one.code === code)
      return bidiIsolated(area ? `${localizedName(words.lang, area)} (${code})` : code)
    }),
  )

interface ScopeFieldProps {
  words: Localizer
  role: Role
  areas: readonly Area[] | null
  /** The codes that are chosen at first. */
  value?: readonly string[] | null
}

export function ScopeField({ words, role, areas, value = null }: ScopeFieldProps) {
  const t = words.translatorOf(WORDS)
  if (!canBeBound(role) || !areas) return null
  const regions = areas.filter(({ level }) => level === 'region')
  const others = (value ?? []).filter((code) => !areas.some((area) => area.code === code))
  const option = (area: Area, text: string) => (
    <option key={area.code} value={area.code} selected={value?.includes(area.code)}>
      {text}
    </option>
  )
  return (
    <fieldset class="scope">
      <legend>{t('scope')}</legend>
      <p class="hint">{t('scopeHint')}</p>
      <label>
        {t('regionsAndProvinces')}
        <select name="areas" multiple size={6}>
          {regions.map((region) => (
            <optgroup key={region.code} label={localizedName(words.lang, region)}>
              {option(region, t('wholeRegion', { name: localizedName(words.lang, region) }))}
              {areas
                .filter(({ parentCode }) => parentCode === region.code)
                .map((area) => option(area, localizedName(words.lang, area)))}
            </optgroup>
          ))}
        </select>
      </label>
      <Field
        label={t('communes')}
        name="communes"
        dir="ltr"
        maxLength={1000}
        defaultValue={others.join(', ')}
      />
    </fieldset>
  )
}

/** The chosen codes of a form; null for the whole country, undefined where the form has no such field. */
export function scopeOf(fields: FormData): string[] | null | undefined {
  if (!fields.has('communes')) return undefined
  const communes = String(fields.get('communes')).split(/[\s,;،]+/)
  const codes = [...new Set([...fields.getAll('areas').map(String), ...communes])].filter(Boolean)
  return codes.length > 0 ? codes : null
}
