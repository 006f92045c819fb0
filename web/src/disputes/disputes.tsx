import type { ViewProps } from '../view-props.js'

export function Disputes({ words: { t } }: ViewProps) {
  return <h2>{t('view_disputes')}</h2>
}
