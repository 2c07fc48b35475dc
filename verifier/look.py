"""How the admin looks: django-unfold's settings."""

UNFOLD = {
    "SITE_TITLE": "Claim desk",
    "SITE_HEADER": "Claim desk",
    "SITE_SUBHEADER": "market figures, verified",
    "SITE_SYMBOL": "fact_check",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "ENVIRONMENT": "claims.admin.navigation.environment",
    "ENVIRONMENT_TITLE_PREFIX": "claims.admin.navigation.title_prefix",
    "DASHBOARD_CALLBACK": "claims.admin.dashboard.context",
    "STYLES": ["claims.admin.navigation.styles"],
    "SCRIPTS": ["claims.admin.navigation.scripts"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "claims.admin.navigation.favicon"}],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.4% .012 246)",
            "100": "oklch(94.2% .028 246)",
            "200": "oklch(88.6% .056 247)",
            "300": "oklch(80.4% .095 249)",
            "400": "oklch(70.2% .135 252)",
            "500": "oklch(61.0% .160 255)",
            "600": "oklch(51.5% .155 257)",
            "700": "oklch(45.0% .140 258)",
            "800": "oklch(38.8% .115 258)",
            "900": "oklch(33.4% .090 257)",
            "950": "oklch(25.5% .065 257)",
        },
    },
    "SIDEBAR": {"show_search": False, "navigation": "claims.admin.navigation.sidebar"},
}
