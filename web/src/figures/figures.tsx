import type { ViewProps } from '../view-props.js'

export function Figures({ words: { t } }: ViewProps) {
  return <h2>{t('view_figures')}</h2>
}
