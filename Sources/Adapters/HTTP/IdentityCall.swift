import RotationCore

/// Who the server is.
struct IdentityCall: Sendable {
    let request: RequestTemplate
    let at: AnswerPointer

    init(_ settings: Settings) throws(AdapterError) {
        request = try RequestTemplate(settings, method: "GET", places: [.clientID])
        at = try settings.requiredPointer("at")
    }
}
