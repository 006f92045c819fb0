/** A labelled field of a form: something to type, or a choice from a list. */
import type { TargetedEvent } from 'preact'

interface FieldProps {
  label: string
  /** Class of the label around the field. */
  class?: string
  name?: string
  type?: 'text' | 'number' | 'date' | 'datetime-local' | 'password' | 'url' | 'file'
  dir?: 'auto' | 'ltr'
  value?: string | number
  defaultValue?: string
  required?: boolean
  min?: number | string
  max?: number | string
  step?: 'any'
  minLength?: number
  maxLength?: number
  placeholder?: string
  autocomplete?: string
  accept?: string
  multiple?: boolean
  onInput?(event: TargetedEvent<HTMLInputElement>): void
  onChange?(event: TargetedEvent<HTMLInputElement>): void
}

export function Field({ label, class: className, type = 'text', ...input }: FieldProps) {
  return (
    <label class={className}>
      {label}
      {/* Preact's types need the concrete type to reject attributes of other types. */}
      <input {...input} type={type as 'text'} />
    </label>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  class?: string
  name?: string
  required?: boolean
  /** Empty if no option is chosen. */
  value: Value | ''
  options: readonly Value[]
  textOf(option: Value): string
  /** Text of a first option without a value. */
  none?: string
  /**
   * Called with each choice. If it is missing, the choice is read when its form is sent, and `value` is the initial
   * one.
   */
  onChoose?(value: Value | ''): void
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, class: className, value, options, textOf, none, onChoose, ...select } = props
  const isFirst = (option: Value) => (onChoose === undefined && option === value ? true : undefined)
  return (
    <label class={className}>
      {label}
      <select
        {...select}
        value={onChoose && value}
        onChange={onChoose && ((event) => onChoose(event.currentTarget.value as Value | ''))}
      >
        {none !== undefined && <option value="">{none}</option>}
        {options.map((option) => (
          <option key={option} value={option} selected={isFirst(option)}>
            {textOf(option)}
          </option>
        ))}
      </select>
    </label>
  )
}
