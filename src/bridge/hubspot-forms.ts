/**
 * Forms of HubSpot's updated editor live in a frame of HubSpot's that no script of the page can reach into; HubSpot's own
 * script passes values on. https://developers.hubspot.com/docs/api-reference/global-form-events/guide
 */
interface HubspotForm {
  getFormFieldValues(): PromiseLike<readonly { readonly name: string; readonly value: unknown }[]>;
  setFieldValue(name: string, value: string): void;
}

declare global {
  interface Window {
    HubSpotFormsV4?: { getForms(): Iterable<HubspotForm> | undefined };
  }
}

/** Told on the window when such a form is there. */
export const hubspotReady = 'hs-form-event:on-ready';

/** Changes the field in every form that has it; undefined leaves it as it is. */
export function changeHubspotFields(field: string, change: (now: string) => string | undefined): void {
  const name = `0-1/${field}`;
  for (const form of window.HubSpotFormsV4?.getForms() ?? [])
    Promise.resolve(form.getFormFieldValues())
      .then((values) => {
        const found = values.find((value) => value.name === name);
        const text = found && change(String(found.value ?? ''));
        if (text !== undefined) form.setFieldValue(name, text);
      })
      // HubSpot's script is not ours: whatever it rejects with, the page does not hear of it.
      .catch(() => undefined);
}
