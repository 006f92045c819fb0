import { Field } from '../form/field.js'
import type { Localizer } from '../language/language.js'

interface PasswordFieldProps {
  words: Localizer
  label?: string
  /** Whether the form may be sent without it. */
  isOptional?: boolean
}

/** The field of one's own current password, for what takes more than a session. */
export const PasswordField = ({ words, label, isOptional = false }: PasswordFieldProps) => (
  <Field
    label={label ?? words.t('currentPassword')}
    name="password"
    type="password"
    autocomplete="current-password"
    required={!isOptional}
    dir="ltr"
  />
)
