"""Pure functions from data to components. Texts that proxies and applications sent are only ever text nodes."""
