import type { ViewProps } from '../view-props.js'

export function Plan({ words: { t } }: ViewProps) {
  return <h2>{t('view_plan')}</h2>
}
