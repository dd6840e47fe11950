import { Link } from '@tanstack/react-router';
import styles from './frame.module.css';
import { Menu } from './Menu.tsx';
import menu from './menu.module.css';

/** Documentation and shortcuts. */
export function HelpMenu({ onShortcuts }: { readonly onShortcuts: () => void }) {
  return (
    <Menu label="Help" trigger={<span aria-hidden="true">?</span>} tip="Help" className={styles.quiet}>
      {(close) => (
        <>
          <button
            type="button"
            className={menu.item}
            onClick={() => {
              close();
              onShortcuts();
            }}
          >
            Keyboard shortcuts <kbd>?</kbd>
          </button>
          <a className={menu.item} href="/api/docs">
            HTTP API documentation
          </a>
          <a className={menu.item} href="/api/openapi.json">
            OpenAPI document
          </a>
          <Link to="/settings/about" className={menu.item} onClick={close}>
            About this server
          </Link>
        </>
      )}
    </Menu>
  );
}
