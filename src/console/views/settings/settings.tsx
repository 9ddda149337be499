import type { ApiSettings, ApiStoreCondition } from '../../../api-shapes/configured.ts';
import { session } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Icon } from '../../ui/icon.tsx';
import { bytes, counted, number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import { Configuration } from './configuration.tsx';
import { Facts } from './facts.tsx';
import { PasswordForm } from './password-form.tsx';

export function Settings() {
  const settings = useApi<ApiSettings>('/settings', ['configuration']);
  const current = session.value;
  return (
    <>
      <PageHeader
        title="Settings"
        sub="What the gateway runs with. The environment and gateway.yaml decide; a restart applies."
      >
        <a class="button" href="/api/diagnostics" download="hookstitch-diagnostics.json" data-native>
          <Icon name="info" />
          Download diagnostics
        </a>
      </PageHeader>
      <Configuration />
      <Answered of={settings}>{(data) => <Running settings={data} />}</Answered>
      <StoreCondition />
      {current.status === 'open' && current.by === 'password' && <PasswordForm session={current} />}
    </>
  );
}

function Running({ settings }: { readonly settings: ApiSettings }) {
  const { version, node, started_at, store, public_url, local_url, mappings_dir, retention, log_level, token } =
    settings;
  return (
    <>
      <section class="panel">
        <div class="panel-head">
          <h2>Gateway</h2>
        </div>
        <div class="panel-body">
          <Facts
            facts={[
              ['Version', version],
              ['Node.js', node],
              ['Running since', <Time key="since" at={started_at} />],
              ['Receiver', public_url ?? 'PUBLIC_URL is not set'],
              ['On this machine', local_url ?? '–'],
              ['Mappings in', mappings_dir],
              ['Log level', log_level],
            ]}
          />
        </div>
      </section>
      <section class="panel">
        <div class="panel-head">
          <h2>Retention</h2>
        </div>
        <div class="panel-body stack">
          <Facts
            facts={[
              ['Delivered events', days(retention.delivered_days, 'KEEP_DELIVERED_DAYS')],
              ['Failed or dead', days(retention.dead_days, 'KEEP_DEAD_DAYS')],
              ['Dedupe keys', days(retention.keys_days, 'KEEP_KEYS_DAYS')],
            ]}
          />
          <p class="muted small">
            What is received, pending or in flight stays however old it is. A dedupe key is a digest, by which a
            sender’s retry is recognised.
          </p>
        </div>
      </section>
      <section class="panel">
        <div class="panel-head">
          <h2>API token</h2>
        </div>
        <div class="panel-body stack tight">
          <p>
            Scripts send it as <code>Authorization: Bearer …</code>. It is never shown here:{' '}
            {token === 'environment' ? (
              <>
                it is the variable <code>ADMIN_TOKEN</code>.
              </>
            ) : (
              <>
                it is in the file <code>admin-token</code> of the data folder.
              </>
            )}
          </p>
          <p class="muted small">Another one takes effect at a restart. Events are kept in {storeName(store)}.</p>
        </div>
      </section>
    </>
  );
}

const storeName = (store: ApiSettings['store']): string => (store === 'sqlite' ? 'SQLite' : 'PostgreSQL');

const days = (count: number, variable: string) => (
  <>
    {counted(count, 'day')} <span class="muted small mono">{variable}</span>
  </>
);

function StoreCondition() {
  const condition = useApi<ApiStoreCondition>('/store', ['configuration']);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Store</h2>
      </div>
      <Answered of={condition} lines={3}>
        {({ damages, examined_at, examined_rows, disk_free_bytes, disk_reserve_bytes }) => (
          <div class="panel-body stack">
            <Facts
              facts={[
                [
                  'Condition',
                  damages.length === 0 ? (
                    <Mark tone="good" icon="✓" word="no known damage" />
                  ) : (
                    <Mark tone="bad" icon="✗" word={counted(damages.length, 'damage')} />
                  ),
                ],
                [
                  'Last looked at whole',
                  examined_at === null ? (
                    'not yet'
                  ) : (
                    <>
                      <Time at={examined_at} />, {number(examined_rows ?? 0)} rows
                    </>
                  ),
                ],
                ...(disk_free_bytes === null || disk_reserve_bytes === null
                  ? []
                  : ([['Disk', `${bytes(disk_free_bytes)} free, ${bytes(disk_reserve_bytes)} kept free`]] as const)),
              ]}
            />
            {damages.map(({ place, what }) => (
              <p key={place} class="mono small break">
                {place}: {what}
              </p>
            ))}
          </div>
        )}
      </Answered>
    </section>
  );
}
