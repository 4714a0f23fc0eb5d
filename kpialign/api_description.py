"""How the API is answered and how it describes itself, as settings of the two frameworks."""

from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "kpialign.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["kpialign.api.roles.RolePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kpialign.api.parsing.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "kpialign.api.refusals.answer_refusal",
    "URL_FORMAT_OVERRIDE": None,
    "STRICT_JSON": True,
}

ERRORS: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong by field, in the shape of what was sent: of a list, by the place"
    " of the row before, the first 0. What is about no field is non_field_errors.",
    "additionalProperties": {
        "oneOf": [
            {"type": "array", "items": {"type": "string"}},
            {"$ref": "#/components/schemas/Errors"},
        ]
    },
    "example": {"period": ["This is no period; accepted: 2026-03, 2026-Q1 or 2026 as text."]},
}
SETTINGS: dict[str, Any] = {
    "TITLE": "KPIAlign API",
    "DESCRIPTION": (
        "The cascade from objectives to daily figures: read what its pages show, and change what"
        " its forms change, with the rights of the person whose token is shown. Figures are"
        " decimals as text; scores are numbers from 0 to 100 and coverage from 0 to 1, unrounded;"
        " what is unknown is null. A parameter or field that is not described is refused."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "SERVE_PUBLIC": True,  # every operation, whatever the person may who reads of it
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["kpialign.api.roles.RolePermission"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": [
        "kpialign.api.description.keep_strict",
        "kpialign.api.description.show_ways_on",
    ],
    "APPEND_COMPONENTS": {
        "schemas": {"Errors": ERRORS},
        "securitySchemes": {
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "Token kpa_...",
            },
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        },
    },
    "SECURITY": [{"token": []}, {"session": []}],
    "AUTHENTICATION_WHITELIST": [],
}
