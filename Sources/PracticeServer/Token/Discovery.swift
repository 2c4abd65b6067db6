import Hummingbird

/// Metadata documents (RFC 8414, OpenID Connect Discovery) and key sets.
struct Discovery: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        for path in ["openid-configuration", "oauth-authorization-server"] {
            router.get("/.well-known/\(path)") { _, _ in
                oktaMetadata(.oktaOrg(base: practice.baseURL))
            }
            router.get("/oauth2/default/.well-known/\(path)") { _, _ in
                oktaMetadata(.oktaDefault(base: practice.baseURL))
            }
        }
        // RFC 8414 §3.1 puts the well-known part before the issuer's path.
        router.get("/.well-known/oauth-authorization-server/oauth2/default") { _, _ in
            oktaMetadata(.oktaDefault(base: practice.baseURL))
        }
        router.get("/oauth2/v1/keys") { _, _ in Reply.json(issuer.keySet) }
        router.get("/oauth2/default/v1/keys") { _, _ in Reply.json(issuer.keySet) }
        router.get("/realms/:realm/.well-known/openid-configuration") { _, context in
            keycloak(context) { keycloakMetadata($0) }
        }
        router.get("/realms/:realm/protocol/openid-connect/certs") { _, context in
            keycloak(context) { _ in Reply.json(issuer.keySet) }
        }
    }

    private func keycloak(
        _ context: PracticeContext, _ body: (TokenServer) -> Response
    ) -> Response {
        let realm = context.parameters.get("realm") ?? ""
        guard practice.withState({ $0.realms[.keycloak(realm)] != nil }) else {
            return KeycloakError.realmNotFound.response
        }
        return body(.keycloak(realm, base: practice.baseURL))
    }

    private func oktaMetadata(_ server: TokenServer) -> Response {
        let prefix = server.endpoint.dropLast("/token".count)
        return Reply.json(metadata(server, keys: "\(prefix)/keys"))
    }

    private func keycloakMetadata(_ server: TokenServer) -> Response {
        Reply.json(metadata(server, keys: "\(server.issuer)/protocol/openid-connect/certs"))
    }

    private func metadata(_ server: TokenServer, keys: String) -> JSONValue {
        [
            "issuer": .string(server.issuer),
            "token_endpoint": .string(server.endpoint),
            "jwks_uri": .string(keys),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post", "client_secret_jwt",
                "private_key_jwt",
            ],
            "token_endpoint_auth_signing_alg_values_supported": [
                "HS256", "ES256", "RS256", "EdDSA",
            ],
        ]
    }
}
