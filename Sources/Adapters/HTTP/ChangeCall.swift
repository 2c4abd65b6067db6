import RotationCore

/// A change of one secret.
struct ChangeCall: Sendable {
    let request: RequestTemplate

    init(_ settings: Settings, method: String) throws(AdapterError) {
        request = try RequestTemplate(settings, method: method, places: [.clientID, .id])
    }
}
