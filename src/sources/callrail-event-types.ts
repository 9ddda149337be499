/** The kinds of CallRail's webhooks. Its bodies name none, so each is the last part of its own URL. */
export const callrailEventTypes: readonly string[] = [
  'pre_call',
  'answered_call',
  'post_call',
  'updated_call',
  'post_outbound_call',
  'updated_outbound_call',
  'sms_received',
  'sms_sent',
  'form_captured',
  'convert_assist_complete',
];
