import { reference } from './reference.ts';
import { safely } from './safely.ts';
import type { Settings } from './settings.ts';

/** Elements that can carry the id. An empty text means that nothing is there. */
export interface Place<E extends Element = Element> {
  readonly selector: string;
  carried(id: string): string;
  read(element: E): string;
  write(element: E, text: string): void;
  /** Empty again after we wrote: the visitor may have meant it. */
  mayStayEmpty(element: E): boolean;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

const parameter = 'client_reference_id';
const attribute = 'client-reference-id';
/** Fields that we put into forms, not just filled. */
const added = new WeakSet<Element>();
const never = (): boolean => false;
const nameSelector = (name: string): string => `[name="${CSS.escape(name)}"]`;

export function placesFor({ field, stripeDomains }: Settings): readonly Place[] {
  return [paymentLinks(stripeDomains), stripeElements, fields(field)];
}

function paymentLinks(hosts: readonly string[]): Place<HTMLAnchorElement> {
  const isOurs = ({ protocol, hostname }: HTMLAnchorElement): boolean =>
    protocol === 'https:' && hosts.includes(hostname);
  return {
    selector: hosts.map((host) => `a[href*="${host}" i]`).join(),
    carried: reference,
    read: (link) => new URLSearchParams(link.search).get(parameter) ?? '',
    write: (link, text) => {
      if (!isOurs(link)) return;
      // The other parameters stay as they are written; URLSearchParams would write them anew.
      const others = link.search
        .slice(1)
        .split('&')
        .filter((part) => part && part.split('=')[0] !== parameter);
      link.search = [...others, ...(text ? [`${parameter}=${text}`] : [])].join('&');
    },
    mayStayEmpty: never,
  };
}

/** Stripe's web components. https://docs.stripe.com/payment-links/buy-button, …/payments/checkout/pricing-table */
const stripeElements: Place = {
  selector: 'stripe-buy-button,stripe-pricing-table',
  carried: reference,
  read: (element) => element.getAttribute(attribute) ?? '',
  write: (element, text) => (text ? element.setAttribute(attribute, text) : element.removeAttribute(attribute)),
  mayStayEmpty: never,
};

function fields(field: string): Place<Field> {
  // HubSpot's forms name a contact's property "0-1/property" since its updated editor, and "property" before.
  const named = [field, `0-1/${field}`].map(nameSelector);
  const tags = ['input[type=hidden i]', 'input[type=text i]', 'input:not([type])', 'textarea'];
  return {
    selector: tags.flatMap((tag) => named.map((name) => tag + name)).join(),
    carried: (id) => id,
    read: ({ value }) => value,
    write: (element, text) => {
      if (text === '' && added.has(element)) element.remove();
      else setValue(element, text);
    },
    mayStayEmpty: ({ type }) => type !== 'hidden',
  };
}

/** As if it were typed: frameworks that keep the values of their fields themselves listen for the events. */
function setValue(element: Field, text: string): void {
  // React hides the real setter behind one of the element's own, to see what it did not write itself.
  const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), 'value')?.set;
  if (setter === undefined) element.value = text;
  else setter.call(element, text);
  for (const type of ['input', 'change']) element.dispatchEvent(new Event(type, { bubbles: true }));
}

/** `<form data-hookstitch>` gets the field if it has none; `fields` fills it. */
export function addFields(page: Document, field: string): void {
  for (const form of page.querySelectorAll('form[data-hookstitch]')) safely(() => addField(form, field));
}

function addField(form: Element, field: string): void {
  if (form.querySelector(nameSelector(field)) !== null) return;
  const input = form.ownerDocument.createElement('input');
  input.type = 'hidden';
  input.name = field;
  // Otherwise Firefox may put the last visitor's id back after a reload.
  input.autocomplete = 'off';
  added.add(input);
  form.append(input);
}
