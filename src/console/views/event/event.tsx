import { PageHeader } from '../../ui/page-header.tsx';
import type { ViewProps } from '../../view.ts';
export function Event({ params }: ViewProps) {
  return <PageHeader title={params.id ?? ''} />;
}
