import { Fragment } from 'preact';
import { visibleText } from './text-lines.ts';

/** A path, a type or a file's name, which is broken behind its dots before it is broken anywhere else. */
export function Breakable({ text }: { readonly text: string }) {
  return (
    <>
      {visibleText(text)
        .split(/(?<=[./])/)
        .map((part, index) => (
          <Fragment key={index}>
            {index > 0 && <wbr />}
            {part}
          </Fragment>
        ))}
    </>
  );
}
