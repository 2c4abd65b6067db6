import Foundation
import Hummingbird

/// Keycloak's EventRepresentation of a client's login.
struct KeycloakEvent: Encodable {
    let id: String
    let time: Milliseconds
    let type: String
    let realmId: String
    let clientId: String
    let ipAddress: String?
    let error: String?
    let details: [String: String]

    /// - Note: that a rotated secret was used shows in a detail whose name and value are not
    ///   published anywhere that I could read; both are guesses from `Details.CLIENT_AUTH_DETAIL`
    ///   and `ClientSecretConstants.CLIENT_ROTATED_EVENT_DETAIL` (26.8). Depend on neither: any
    ///   detail that starts with `client_auth_` and is not `client_auth_method` tells.
    init(_ entry: TokenLogEntry, tellsRotated: Bool) {
        id = "event-\(entry.sequence)"
        time = entry.time
        type = entry.isAccepted && entry.error == nil ? "CLIENT_LOGIN" : "CLIENT_LOGIN_ERROR"
        realmId = entry.owner.realm.name
        clientId = entry.owner.clientID
        ipAddress = entry.caller.address
        error = entry.error.map { Self.name($0) }
        var details = ["grant_type": "client_credentials"]
        details["client_auth_method"] =
            switch entry.method {
            case .basic, .post: "client-secret"
            case .secretJWT: "client-secret-jwt"
            case .privateKeyJWT: "client-jwt"
            case nil: nil
            }
        if entry.isRotated, tellsRotated { details["client_auth_detail"] = "rotated_secret" }
        self.details = details
    }

    private static func name(_ oauthError: String) -> String {
        switch oauthError {
        case "unauthorized_client": "invalid_client_credentials"
        case "invalid_client": "client_not_found"
        default: oauthError
        }
    }
}

/// The filters of `GET /admin/realms/{realm}/events`.
struct KeycloakEventQuery {
    private let client: String?
    private let types: [String]
    private let from: Milliseconds?
    private let to: Milliseconds?
    private let first: Int
    private let max: Int
    private let isAscending: Bool

    /// Those of a client's requests; a realm has many more.
    private static let known: Set = [
        "CLIENT_LOGIN", "CLIENT_LOGIN_ERROR", "CODE_TO_TOKEN", "CODE_TO_TOKEN_ERROR",
        "REFRESH_TOKEN", "REFRESH_TOKEN_ERROR", "TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR",
        "INTROSPECT_TOKEN", "INTROSPECT_TOKEN_ERROR",
    ]

    /// `nil` for a date or a type that can't be read.
    init?(_ parameters: Parameters) {
        client = parameters.get("client")
        types = parameters.getAll("type")
        first = parameters.get("first").flatMap { Int($0) } ?? 0
        max = parameters.get("max").flatMap { Int($0) } ?? 100
        isAscending = parameters.get("direction") == "asc"
        let (from, to) = (parameters.get("dateFrom"), parameters.get("dateTo"))
        self.from = from.flatMap { Self.time($0, endOfDay: false) }
        self.to = to.flatMap { Self.time($0, endOfDay: true) }
        if !Self.known.isSuperset(of: types) { return nil }
        if from != nil, self.from == nil { return nil }
        if to != nil, self.to == nil { return nil }
    }

    /// Newest first unless the query says otherwise; 100 at most unless it says otherwise.
    func select(_ events: [KeycloakEvent]) -> [KeycloakEvent] {
        let found = events.filter { event in
            (client == nil || event.clientId == client)
                && (types.isEmpty || types.contains(event.type))
                && (from.map { event.time >= $0 } ?? true) && (to.map { event.time <= $0 } ?? true)
        }
        let ordered = isAscending ? found : found.reversed()
        return Array(ordered.dropFirst(Swift.max(0, first)).prefix(Swift.max(0, max)))
    }

    /// Epoch milliseconds, or a day (`yyyy-MM-dd`, UTC).
    private static func time(_ text: String, endOfDay: Bool) -> Milliseconds? {
        if let milliseconds = Milliseconds(text) { return milliseconds }
        let style = Date.ISO8601FormatStyle().year().month().day()
        guard let day = try? style.parse(text) else { return nil }
        return Milliseconds(day.timeIntervalSince1970 * 1000) + (endOfDay ? 86_399_999 : 0)
    }
}
