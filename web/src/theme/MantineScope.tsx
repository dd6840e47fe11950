import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/Combobox.css';
import './mantine.css';
import { createTheme, MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { useScheme } from './scheme.ts';

const theme = createTheme({ fontFamily: 'var(--font)', defaultRadius: 'sm', respectReducedMotion: true });

/**
 * Required parent of Mantine's components. Their colours come from the app's tokens (mantine.css); loaded only where
 * used.
 */
export function MantineScope({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} forceColorScheme={useScheme()}>
      {children}
    </MantineProvider>
  );
}
