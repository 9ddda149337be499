import { Router } from 'express';
import { z } from 'zod';
import { GatewayError } from '../model/error.ts';
import { checkReportJson } from '../pipeline/check-report-json.ts';
import { type Checked, type MappingFiles, mappingTextMax, type Saved } from '../pipeline/mapping-files.ts';
import { BodyReader } from './read-body.ts';
import { jsonIn, parsedAs } from './request-json.ts';
import { sendJson } from './send-json.ts';

export interface MappingFileDependencies {
  readonly files: Pick<MappingFiles, 'read' | 'save' | 'whyReadOnly'>;
  /** What the reload would say of a text. */
  readonly checkText: (mapping: { readonly file: string; readonly text: string }) => Promise<Checked>;
}

export const mappingText = z
  .string()
  .max(mappingTextMax, { error: `must be at most ${mappingTextMax / 1024} KB of YAML` });
export const mappingName = z.string().regex(/^[\w.-]{1,100}$/, { error: "must be a file's name" });

const testRequest = z.strictObject({ text: mappingText });
const saveRequest = z.strictObject({
  text: mappingText,
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be the hash of the text that was changed' })
    .nullable(),
});

/** `/mappings/:file`: a mapping's text, its tests on a text that is not saved, and saving it. */
export function mappingFilesRouter({ files, checkText }: MappingFileDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.get('/mappings/:file', async (request, response) => {
    const found = await files.read(request.params.file);
    sendJson(response, 200, { ...found, read_only: (await files.whyReadOnly()) ?? null });
  });

  router.post('/mappings/:file/test', async (request, response) => {
    const { text } = parsedAs(testRequest, await jsonIn(request, response, bodies));
    const checked = await checkText({ file: parsedAs(mappingName, request.params.file), text });
    sendJson(response, 200, checkedJson(checked));
  });

  router.put('/mappings/:file', async (request, response) => {
    const wanted = parsedAs(saveRequest, await jsonIn(request, response, bodies));
    const saved = await files.save(request.params.file, wanted);
    const { status, body } = answerTo(saved);
    sendJson(response, status, body);
  });

  return router;
}

const checkedJson = ({ finding, report }: Checked): object =>
  checkReportJson(report, finding.kind === 'gone' ? [] : finding.problems) as object;

function answerTo(saved: Saved): { readonly status: number; readonly body: object } {
  switch (saved.kind) {
    case 'saved':
      return { status: 200, body: { hash: saved.hash, ...checkedJson(saved.checked) } };
    case 'changed': {
      const message = saved.current === null ? 'the file is gone' : 'somebody has saved this file meanwhile';
      const hint = 'put your change into the text as it is now, then save again';
      return refusal(new GatewayError('MAPPING_CHANGED', message, { hint }), { current: saved.current });
    }
    case 'refused': {
      const fault = new GatewayError('MAPPING_REFUSED', 'this text would not take effect, so it was not saved', {
        hint: 'correct what its problems and tests say',
      });
      return refusal(fault, checkedJson(saved.checked));
    }
  }
}

const refusal = (
  { code, message, hint, status }: GatewayError,
  more: object,
): { readonly status: number; readonly body: object } => ({
  status,
  body: { error: { code: code.toLowerCase(), message, hint }, ...more },
});
