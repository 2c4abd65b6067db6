import RotationCore

extension SingleSecretServer {
    /// Asks again after a change, where an answer alone proves too little.
    ///
    /// Throws `unknown` unless `secret` is shown to be in force: also where asking fails, whatever
    /// that failure promises of itself.
    func confirm(_ secret: ClientSecret) async throws(AdapterError) {
        let shown: ClientSecret?
        do throws(AdapterError) { shown = try await secretInForce() } catch {
            throw error.leavingDoubt
        }
        guard let shown, shown.matches(secret) else {
            throw AdapterError(
                .unknown, code: "\(probe.adapter)-not-stored",
                message: "\(probe.adapter): the server said that the secret is stored, and shows "
                    + "another one")
        }
    }
}
