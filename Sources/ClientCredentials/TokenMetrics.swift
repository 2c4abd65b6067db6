import Metrics

/// What a provider tells through swift-metrics; the front page of the library has the names.
///
/// Labels are the endpoint and fixed words, so that a series is one of a few.
struct TokenMetrics: Sendable {
    /// Names behind the prefix.
    enum Event: String, Sendable {
        case fetches = "fetches_total"
        case credentialChanges = "credential_changes_total"
        case fallbacks = "credential_fallbacks_total"
        case invalidations = "invalidations_total"
    }

    private let factory: any MetricsFactory
    private let hits: Counter

    init(endpoint: String, factory: any MetricsFactory) {
        self.factory = factory
        // Counted for each call, so made once.
        hits = Counter(
            label: Self.prefix + "cache_hits_total", dimensions: [("endpoint", endpoint)],
            factory: factory)
    }

    func hit() { hits.increment() }

    func answered(
        _ answer: Result<AccessToken, TokenError>, after took: Duration, by endpoint: String
    ) {
        let outcome =
            switch answer {
            case .success: "success"
            case .failure(let error): error.label
            }
        count("requests_total", [("endpoint", endpoint), ("outcome", outcome)])
        Timer(
            label: Self.prefix + "request_duration_seconds", dimensions: [("endpoint", endpoint)],
            preferredDisplayUnit: .seconds, factory: factory
        ).record(duration: took)
    }

    func breaker(is state: CircuitBreaker.State, at endpoint: String) {
        Gauge(
            label: Self.prefix + "breaker_state", dimensions: [("endpoint", endpoint)],
            factory: factory
        ).record(state.rawValue)
    }

    func count(_ event: Event, at endpoint: String, occasion: FetchOccasion? = nil) {
        let labels = occasion.map { [("occasion", $0.rawValue)] } ?? []
        count(event.rawValue, [("endpoint", endpoint)] + labels)
    }

    private func count(_ name: String, _ labels: [(String, String)]) {
        Counter(label: Self.prefix + name, dimensions: labels, factory: factory).increment()
    }

    private static let prefix = "client_credentials_"
}

extension TokenError {
    /// The error as a label: the server's code where it is one of RFC 6749, else what kind it is.
    var label: String {
        switch self {
        case .refused(_, let error, _):
            Self.codes.contains(error) ? error : "refused"
        case .unavailable(let status, _): status == 429 ? "rate_limited" : "unavailable"
        case .noAnswer: "no_answer"
        case .malformed: "malformed"
        case .unusable: "unusable"
        }
    }

    /// RFC 6749 §5.2 and RFC 8707 §2; a label of the server's choice would be a series of its
    /// choice.
    private static let codes: Set<String> = [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
        "unsupported_grant_type", "invalid_scope", "invalid_target",
    ]
}
