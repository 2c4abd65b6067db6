import HTTPTransport

extension HTTPResponse {
    /// Whether the server calls the body JSON.
    var isJSON: Bool {
        let type = headers["Content-Type"] ?? ""
        let essence = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        return essence == "application/json"
            || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }
}
