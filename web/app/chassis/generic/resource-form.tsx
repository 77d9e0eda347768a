import { type FormEvent, useState } from "react";
import { asProblem, type Problem } from "~/api/problem";
import { Button } from "~/ui/button";
import { Field, Input, Select, Textarea } from "~/ui/field";
import { ProblemNote } from "~/ui/problem";
import { type FieldOf, type Item, parseField } from "./resource";

interface Props {
  fields: FieldOf[];
  item?: Item;
  action: string;
  onSave: (values: Item) => Promise<unknown>;
}

/** A form drawn from a schema. The server's errors stand beside their fields. */
export function ResourceForm({ fields, item, action, onSave }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = Object.fromEntries(
      fields.map((field) => [field.name, parseField(field, form.get(field.name), item !== undefined)]),
    );
    setBusy(true);
    setProblem(null);
    try {
      await onSave(values);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (name: string) =>
    problem?.fields.find(({ field }) => field === name || field.endsWith(`.${name}`))?.message;
  const placed =
    problem?.fields.length &&
    problem.fields.every(({ field }) => fields.some(({ name }) => field === name || field.endsWith(`.${name}`)));
  return (
    <form onSubmit={submit} className="grid gap-4">
      {problem && !placed && <ProblemNote error={problem} />}
      {fields.map((field) => (
        <Control
          key={field.name}
          field={field}
          changing={item !== undefined}
          value={item?.[field.name]}
          error={errorOf(field.name)}
        />
      ))}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" size="md" busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}

interface ControlProps {
  field: FieldOf;
  /** An existing object is being changed: what isn't filled in stays as it is. */
  changing: boolean;
  value: unknown;
  error: string | undefined;
}

function Control({ field, changing, value, error }: ControlProps) {
  const { name, title, schema, required } = field;
  const shared = { name, required: required && schema.type !== "boolean" };
  const text = value === null || value === undefined ? String(schema.default ?? "") : String(value);
  if (schema.type === "boolean") {
    return (
      <label className="flex items-center gap-2 font-medium">
        <input
          type="checkbox"
          name={name}
          defaultChecked={Boolean(value ?? schema.default)}
          className="size-4 accent-(--primary)"
        />{" "}
        {title}
      </label>
    );
  }
  let control = <Input {...shared} defaultValue={text} minLength={schema.minLength} maxLength={schema.maxLength} />;
  if (schema.enum) {
    control = (
      <Select {...shared} defaultValue={text}>
        {!required && <option value="">–</option>}
        {schema.enum.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Select>
    );
  } else if (schema.type === "integer" || schema.type === "number") {
    control = (
      <Input
        {...shared}
        type="number"
        defaultValue={text}
        min={schema.minimum}
        max={schema.maximum}
        step={schema.type === "integer" ? 1 : "any"}
      />
    );
  } else if (schema.format === "date-time") {
    control = <Input {...shared} type="datetime-local" defaultValue={text.slice(0, 16)} />;
  } else if (schema.format === "textarea" || !schema.maxLength || schema.maxLength > 200) {
    control = <Textarea {...shared} defaultValue={text} minLength={schema.minLength} maxLength={schema.maxLength} />;
  }
  return (
    <Field label={title} hint={schema.description} optional={!required && !changing} error={error}>
      {control}
    </Field>
  );
}
