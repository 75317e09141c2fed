"""Sign up, in and out."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response

from src.platform.http.authentication import COOKIE, OPTIONAL_SIGN_IN, SignedIn, presented_tokens
from src.platform.http.connected import while_connected
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.platform.http.strict_route import StrictRoute
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import (
    NotSignedInError,
    OutcomeUnknownError,
    OverloadedError,
    StoreUnavailableError,
)
from src.service.user.app.command.login_use_case import LoginUseCase
from src.service.user.app.command.logout_use_case import LogoutUseCase
from src.service.user.app.command.register_user_use_case import RegisterUserUseCase
from src.service.user.app.login_limits import Origin
from src.service.user.app.query.get_user_use_case import GetUserUseCase
from src.service.user.domain.errors import (
    BadCredentialsError,
    EmailInUseError,
    TooManyAttemptsError,
)
from src.service.user.driving_adapter.http_controller.client_network import client_network
from src.service.user.driving_adapter.http_controller.problems import USER_PROBLEMS
from src.service.user.driving_adapter.schema.user_schema import (
    LOGIN_EXAMPLES,
    REGISTER_EXAMPLES,
    LoginRequest,
    LoginResponse,
    RegisterRequest,
    UserResponse,
)


@dataclass(frozen=True, slots=True)
class UserUseCases:
    """What these endpoints call; `cookie_secure` keeps the cookie to HTTPS."""

    register: RegisterUserUseCase
    login: LoginUseCase
    logout: LogoutUseCase
    get: GetUserUseCase
    cookie_secure: bool


async def _use_cases(request: Request) -> UserUseCases:
    use_cases: UserUseCases = request.state.users
    return use_cases


UseCases = Annotated[UserUseCases, Depends(_use_cases)]

_DEVICE_COOKIE = "device"

# Waiting for a slot, hashing, and the timeouts of the stores.
_PASSWORD_SECONDS = 4.0

router = APIRouter(
    prefix="/api/user",
    tags=["user"],
    route_class=StrictRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **USER_PROBLEMS})


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={
        201: answer("The user."),
        **_problems(
            EmailInUseError,
            TooManyAttemptsError,
            StoreUnavailableError,
            OutcomeUnknownError,
            OverloadedError,
        ),
    },
)
async def register(
    request: Request,
    body: Annotated[RegisterRequest, Body(openapi_examples=REGISTER_EXAMPLES)],
    use_cases: UseCases,
) -> UserResponse:
    """Sign up as a seller or a buyer."""
    with deadline(_PASSWORD_SECONDS):
        user = await while_connected(
            request,
            use_cases.register.execute(
                body.email,
                body.password.get_secret_value(),
                body.name,
                body.role,
                client_network(request),
            ),
        )
    return UserResponse.of(user)


@router.post(
    "/login",
    responses={
        200: answer("The user and a token.", "Set-Cookie"),
        **_problems(
            BadCredentialsError,
            TooManyAttemptsError,
            StoreUnavailableError,
            OverloadedError,
        ),
    },
)
async def login(
    request: Request,
    body: Annotated[LoginRequest, Body(openapi_examples=LOGIN_EXAMPLES)],
    response: Response,
    use_cases: UseCases,
) -> LoginResponse:
    """Sign in: the token comes in the answer and in a cookie.

    A second cookie keeps this browser apart from strangers who guess at the account's password.
    """
    origin = Origin(client_network(request), request.cookies.get(_DEVICE_COOKIE))
    with deadline(_PASSWORD_SECONDS):
        login = await while_connected(
            request, use_cases.login.execute(body.email, body.password.get_secret_value(), origin)
        )
    response.set_cookie(
        COOKIE,
        login.token.token,
        max_age=login.token.expires_in,
        httponly=True,
        samesite="lax",
        secure=use_cases.cookie_secure,
    )
    response.set_cookie(
        _DEVICE_COOKIE,
        login.device_cookie.value,
        max_age=login.device_cookie.expires_in,
        path=f"{router.prefix}/login",
        httponly=True,
        samesite="lax",
        secure=use_cases.cookie_secure,
    )
    response.headers["Cache-Control"] = "no-store"
    return LoginResponse.with_token(login.user, login.token)


@router.get(
    "/me",
    responses={200: answer("The user."), **_problems(NotSignedInError, StoreUnavailableError)},
)
async def me(caller: SignedIn, use_cases: UseCases) -> UserResponse:
    """Who is signed in."""
    return UserResponse.of(await use_cases.get.execute(caller))


@router.post(
    "/logout",
    response_class=Response,
    openapi_extra=OPTIONAL_SIGN_IN,
    status_code=HTTPStatus.NO_CONTENT,
    responses={
        204: answer("Signed out, or nobody was signed in.", "Set-Cookie"),
        **_problems(StoreUnavailableError, OutcomeUnknownError),
    },
)
async def logout(request: Request, use_cases: UseCases) -> Response:
    """Sign out: the token that was sent is refused from now on, and the cookie is removed."""
    for token in presented_tokens(request):
        await use_cases.logout.execute(token)
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=use_cases.cookie_secure)
    return response
