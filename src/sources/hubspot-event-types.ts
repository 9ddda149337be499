/** What can happen to every kind of object; products have no associations. */
const happenings = ['creation', 'deletion', 'merge', 'propertyChange', 'restore'];
const objects = ['contact', 'company', 'deal', 'ticket', 'line_item', 'object'];

/** The subscription types of HubSpot's webhooks API, and `workflow` for what a workflow's action sends. */
export const hubspotEventTypes: readonly string[] = [
  ...[...objects, 'product'].flatMap((object) => happenings.map((happening) => `${object}.${happening}`)),
  ...objects.map((object) => `${object}.associationChange`),
  'contact.privacyDeletion',
  ...['creation', 'deletion', 'newMessage', 'privacyDeletion', 'propertyChange'].map((each) => `conversation.${each}`),
  'event.completed',
  'workflow',
];
