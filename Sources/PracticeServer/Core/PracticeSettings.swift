import Foundation

/// How the server behaves beyond its vendor's rules; `PUT /practice/settings` merges into it.
struct PracticeSettings: Sendable, Codable {
    /// A new secret is taken, and a removed one refused, only after this.
    var propagationMs: Milliseconds = 0
    /// Until then, each request meets a node that may know of the change already.
    var propagationFlaps = false
    /// When a new secret is made, the others end this much later; 0 never.
    var oldExpiresMs: Milliseconds = 0
    /// Reads of secrets show the state of this long ago.
    var listLagMs: Milliseconds = 0
    /// That many of the next admin creates find somebody else's create done just before.
    var foreignBeforeCreate = 0
    /// Added to the machine's clock: makes expiry testable without waiting.
    var clockOffsetMs: Milliseconds = 0
    /// Show secrets in Okta's list as `DRUFXGF9XbLn......dZuFs5B`, like its spec's examples.
    var oktaMaskSecrets = false
    /// What a request to Okta's custom authorization server gets that asks for no scope; empty:
    /// no default scope is configured there and such a request is refused.
    var oktaDefaultScope = "read"
    /// Let the org authorization server answer client secrets.
    ///
    /// Okta's own does not: it only gives `okta.*` scopes and only to `private_key_jwt`.
    var oktaOrgSecretGrants = false
    /// Okta admin requests in a minute before E0000047.
    var oktaRateLimit = 1_000_000
    /// Let Keycloak's events say that a rotated secret was used, as since 26.8.
    var keycloakTellsRotated = true
    /// How long Keycloak keeps events, in seconds; 0 for ever.
    var keycloakEventLife: Int64 = 0
    /// How far Entra's report of sign-ins lags behind.
    ///
    /// Microsoft states no bound.
    var entraReportLagMs: Milliseconds = 86_400_000
    /// Whether the tenant has the licence for that report.
    var entraIsPremium = true
    /// Life of a secret that Gravitee makes; 0 for ever.
    var graviteeSecretLifeMs: Milliseconds = 0
    /// Let Google's Security Token Service give tokens to clients themselves.
    ///
    /// Google's own does not: its OAuth clients serve people, who bring a code.
    var googleClientCredentials = false
    /// How many secrets WSO2 allows an application.
    var wso2SecretLimit = 2
    /// Show secrets in WSO2's lists in clear, as where the server doesn't hash them.
    var wso2ShowsSecrets = false
    /// How long PingFederate retains a first secret that another takes the place of; 0 not at all.
    var pingfederateRetentionMs: Milliseconds = 0
    /// Let LemonLDAP's configuration be locked: updates say that they are done, and aren't.
    var lemonldapIsLocked = false
    /// Let updates of RFC 7592 leave the secret as it is, as most servers do.
    var rfc7592KeepsSecret = false
    /// Let them make a new registration access token.
    var rfc7592ChangesToken = false
    /// Show no secrets there.
    var rfc7592HidesSecret = false
    /// How many secrets a project of Barbican may have; less than 0 for no limit.
    var barbicanQuota: Int64 = -1
    /// How much later vendors' logs tell of a token request.
    var eventLagMs: Milliseconds = 0
    /// Let vendors' logs be forbidden to everybody.
    var eventsAreForbidden = false
    /// Let what says which scopes a client has be forbidden to everybody.
    var scopesAreForbidden = false
    /// How many events a page of a vendor's log has at most, whatever is asked for.
    var eventPageSize = 1_000
    /// Let Okta's log have each refusal of a secret, and not only every fifth in a row.
    ///
    /// What Okta logs of a single one is not documented.
    var oktaLogsEachRefusal = false
    /// Life of access tokens, in seconds.
    var tokenLifetime: Int64 = 3600
}

extension PracticeSettings {
    /// A copy with the settings of `changes` (snake_case names) put in; throws for unknown names
    /// and wrong types.
    func merging(_ changes: [String: JSONValue]) throws -> PracticeSettings {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var members = try JSONDecoder().decode(
            [String: JSONValue].self, from: encoder.encode(self))
        for (name, value) in changes {
            guard members[name] != nil else { throw UnknownSetting(name: name) }
            members[name] = value
        }
        return try decoder.decode(PracticeSettings.self, from: JSONEncoder().encode(members))
    }

    struct UnknownSetting: Error {
        let name: String
    }
}
