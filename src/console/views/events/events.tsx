import { PageHeader } from '../../ui/page-header.tsx';
export function Events() {
  return <PageHeader title="Events" />;
}
