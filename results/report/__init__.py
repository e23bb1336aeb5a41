"""A sweep's report: `report.html`."""
