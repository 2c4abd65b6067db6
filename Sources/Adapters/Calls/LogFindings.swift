import RotationCore

extension AuthorizationServer {
    /// What `check` says where the server's log can't be read: a rotation does without, and nobody
    /// learns who is still on the old secret.
    ///
    /// `needs` says which right that takes.
    func logFindings(_ adapter: String, at now: Instant, needs: String) async -> [Finding] {
        guard capabilities.events != .none else { return [] }
        do throws(AdapterError) {
            _ = try await presentations(since: now)
            return []
        } catch {
            return [
                Finding(
                    .warning, code: "\(adapter)-no-log",
                    message: "\(error.message); who is still on the old secret isn't seen: that "
                        + "needs \(needs)")
            ]
        }
    }
}

extension AdapterError {
    /// Whether the server asks for a pause: the newest pages of a log are worth more than none.
    var isOfRate: Bool {
        if case .unavailable(.some) = kind { return true }
        return false
    }
}
