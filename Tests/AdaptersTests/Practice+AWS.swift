@testable import Adapters

extension Practice {
    /// One of the practised stores of AWS.
    func ground(_ service: AWSGround.Service) -> AWSGround {
        AWSGround(
            service: service,
            url: self[
                service == .secretsManager ? "SECRETS_MANAGER_URL" : "PARAMETER_STORE_URL"],
            http: http,
            environment: values.merging(
                [
                    "KEY_ID": self["COGNITO_ACCESS_KEY_ID"],
                    "KEY": self["COGNITO_SECRET_ACCESS_KEY"],
                ]
            ) { $1 })
    }
}
