/** What PayPal's REST webhooks report of payments and subscriptions. */
export const paypalEventTypes: readonly string[] = [
  ...['COMPLETED', 'DENIED', 'PENDING', 'REFUNDED', 'REVERSED', 'DECLINED'].map((state) => `PAYMENT.CAPTURE.${state}`),
  ...['COMPLETED', 'DENIED', 'PENDING', 'REFUNDED', 'REVERSED'].map((state) => `PAYMENT.SALE.${state}`),
  ...['CREATED', 'VOIDED'].map((state) => `PAYMENT.AUTHORIZATION.${state}`),
  ...['CREATED', 'ACTIVATED', 'UPDATED', 'EXPIRED', 'CANCELLED', 'SUSPENDED', 'PAYMENT.FAILED', 'RE-ACTIVATED'].map(
    (state) => `BILLING.SUBSCRIPTION.${state}`,
  ),
  ...['APPROVED', 'COMPLETED', 'PROCESSED'].map((state) => `CHECKOUT.ORDER.${state}`),
  ...['CREATED', 'UPDATED', 'RESOLVED'].map((state) => `CUSTOMER.DISPUTE.${state}`),
  ...['PAID', 'CANCELLED', 'REFUNDED'].map((state) => `INVOICING.INVOICE.${state}`),
];
