import RotationCore

extension AdapterError {
    /// The same, with words for what it was that couldn't be had.
    func about(_ subject: String) -> AdapterError {
        AdapterError(kind, code: code, message: "\(message) (\(subject))")
    }
}
